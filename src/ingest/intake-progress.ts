/** Where a publisher's media stands after a few more bytes. Before `ready` it must not go on air; after `refused` it never will. */
export type IntakeProgress =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  /** `message` is for the publisher and the operator. */
  | { readonly kind: 'refused'; readonly message: string };
