import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Button } from '../parts.tsx';
import type { StepProps } from './step.ts';

/** Before the first binding: the one question a swindler's victim can still answer. */
export function BrakeStep({ reply }: StepProps<'brake'>) {
  const { words } = useApp();
  const [isStopping, setStopping] = useState(false);
  if (isStopping) {
    return (
      <div role="alert">
        <div class="warning">
          <h2>{words.brake.stopTitle}</h2>
          <p>{words.brake.stopText}</p>
        </div>
        <p>{words.brake.stopHelp}</p>
        <p>
          <a class="button main" href="tel:1022">
            {words.help.call}
          </a>
        </p>
        <Button kind="quiet" onPress={() => reply({ step: 'brake', guided: 'yes' })}>
          {words.brake.stopped}
        </Button>
      </div>
    );
  }
  return (
    <>
      <p>{words.brake.lead}</p>
      <ul>
        {words.brake.examples.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <p>{words.brake.help}</p>
      <div class="actions">
        <Button onPress={() => reply({ step: 'brake', guided: 'no' })}>{words.brake.no}</Button>
        <Button kind="quiet" onPress={() => setStopping(true)}>
          {words.brake.yes}
        </Button>
      </div>
    </>
  );
}
