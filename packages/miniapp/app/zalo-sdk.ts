// The part of zmp-sdk the app uses, by name, so that the bundler can leave the rest out.

import {
  authorize,
  closeApp,
  getAccessToken,
  getPhoneNumber,
  login,
  nativeStorage,
  openChat,
  openOutApp,
  openWebview,
  scanNFC,
  scanQRCode,
} from 'zmp-sdk/apis';
import type { ZaloFunctions } from './zalo.ts';

export const zaloSdk: ZaloFunctions = {
  getAccessToken: () => getAccessToken(),
  login: () => login(),
  getPhoneNumber: () => getPhoneNumber(),
  authorize: ({ scopes }) => authorize({ scopes }),
  openOutApp: (target) => openOutApp(target),
  openWebview: (target) => openWebview(target),
  // The chip's own answer proves that the card is no copy.
  scanNFC: (wanted) => scanNFC({ ...wanted, skip_active_authen: false }),
  scanQRCode: () => scanQRCode(),
  openChat: (who) => openChat(who),
  closeApp: () => closeApp(),
  nativeStorage: {
    getItem: (key) => nativeStorage.getItem(key),
    setItem: (key, value) => nativeStorage.setItem(key, value),
  },
};
