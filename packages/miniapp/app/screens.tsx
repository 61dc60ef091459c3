// Which screen stands at which address.

import { lazy } from './screens/later.tsx';
import { HomeScreen } from './screens/home.tsx';
import { ServiceScreen } from './screens/service.tsx';
import { ActionScreen } from './screens/action.tsx';

// What most people never open comes when it is opened: the first screen must not wait for it.
const later = lazy(() => import('./screens/own-screens.ts'));

export function screenAt(path: string) {
  const [, first = '', second = '', third = ''] = path.split('/');
  switch (first) {
    case '':
      return <HomeScreen />;
    case 'tien-ich':
      return <ServiceScreen key={second} code={second} />;
    case 'viec':
      return <ActionScreen key={second} name={second} resumes={third === 'tiep'} />;
    default:
      return later(first, second);
  }
}
