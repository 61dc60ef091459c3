// Zalo's own functions: those of zmp-sdk inside Zalo, those of the page around us in the sandbox. The SDK
// is a part of its own that the sandbox never fetches; the sandbox's stand-in is never in the bundle.

export type ZaloFunctions = {
  getAccessToken(): Promise<string>;
  login(): Promise<unknown>;
  getPhoneNumber(): Promise<{ token?: string }>;
  authorize?(wanted: { scopes: ['scope.userInfo'] }): Promise<unknown>;
  openOutApp?(target: { url: string }): Promise<unknown>;
  openWebview?(target: { url: string; config?: { style?: 'normal' | 'bottomSheet' } }): Promise<unknown>;
  scanNFC?(wanted: { type: 'cccd'; data: { mrz: string } }): Promise<unknown>;
  scanQRCode?(): Promise<{ content: string }>;
  openChat?(who: { type: 'oa'; id: string; message?: string }): Promise<unknown>;
  closeApp?(): Promise<unknown>;
  nativeStorage?: {
    getItem(key: string): string | null | undefined;
    setItem(key: string, value: string): void;
  };
};

declare global {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface adds to Window
  interface Window {
    zaloHost?: ZaloFunctions;
  }
}

export async function openZalo(): Promise<ZaloFunctions> {
  const zalo = window.zaloHost ?? (await import('./zalo-sdk.ts')).zaloSdk;
  return {
    ...zalo,
    // Asks for name and picture once; Zalo remembers the answer. A "no" does not matter: a token that
    // resolves to an id is enough for level 1 (contracts/zalo.md §4.1).
    async getAccessToken() {
      await zalo.authorize?.({ scopes: ['scope.userInfo'] }).catch(() => undefined);
      return zalo.getAccessToken();
    },
  };
}

/** How a page outside the app was opened; undefined: by no way this telephone has. */
export async function openOutside(
  zalo: ZaloFunctions,
  url: string,
  /** A passkey does not work inside Zalo's own web view. */
  needsBrowser: boolean,
): Promise<'browser' | 'webview' | undefined> {
  try {
    if (zalo.openOutApp !== undefined) {
      await zalo.openOutApp({ url });
      return 'browser';
    }
  } catch {
    // Undocumented at Zalo, and refused on many telephones (contracts/zalo.md §4.4).
  }
  if (needsBrowser || zalo.openWebview === undefined) return undefined;
  try {
    await zalo.openWebview({ url, config: { style: 'normal' } });
    return 'webview';
  } catch {
    return undefined;
  }
}
