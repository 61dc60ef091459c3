// A service that takes events by push (RFC 8935), as the domain sees it. adapters/client-calls speaks
// to it; no failure of the network leaves there as anything but one of these words.

export type PushFailure =
  | 'address'
  | 'name'
  | 'network'
  | 'tls'
  | 'timeout'
  | 'redirect'
  | `status_${number}`;

export type Pushed =
  | { readonly outcome: 'accepted' }
  /** 400 with an error code of RFC 8935 2.4 or SSF; `text` is what the receiver says, cut short. */
  | { readonly outcome: 'refused'; readonly error: string; readonly text: string | undefined }
  | { readonly outcome: 'failed'; readonly reason: PushFailure };

export type PushReceiver = {
  /** Whether such an address may be registered: https, or a host of ours by name; none of our own network. */
  allows(url: string): boolean;
  /** Ends within a few seconds, whatever the other side does. Never throws. */
  push(where: {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly set: string;
  }): Promise<Pushed>;
};
