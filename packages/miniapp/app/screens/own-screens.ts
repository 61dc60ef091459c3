// The part of the app that belongs to the citizen: fetched as one when the first of them is opened.

import { ConsentsScreen } from './consents.tsx';
import { DevicesScreen } from './devices.tsx';
import { HelpScreen } from './help.tsx';
import { HotlineScreen } from './hotline.tsx';
import { ReadsScreen } from './reads.tsx';
import { ReceiptScreen } from './receipt.tsx';
import { RequestsScreen } from './requests.tsx';
import type { LaterScreens } from './later.tsx';

export const ownScreens: LaterScreens = {
  'dong-y': ConsentsScreen,
  'bien-nhan': ReceiptScreen,
  'ai-xem': ReadsScreen,
  may: DevicesScreen,
  'yeu-cau': RequestsScreen,
  'tong-dai': HotlineScreen,
  'tro-giup': HelpScreen,
};
