// A broker as a process of its own: its configuration comes in on stdin, its port goes out as one
// line; it ends with SIGTERM or when the one who started it is gone.

import { text } from 'node:stream/consumers';
import type { Config } from '../../config.ts';
import { startBroker } from '../../main.ts';

const config = JSON.parse(await text(process.stdin)) as Config; // written by startBrokerProcess from a checked configuration
const broker = await startBroker({ ...config, TNID_LOG_LEVEL: 'error' });
process.once('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
process.once('disconnect', () => process.exit(1));
process.stdout.write(`${broker.port}\n`);
