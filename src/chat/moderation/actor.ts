/**
 * Who acts on the chat and its people. The broadcaster by login, a moderator by appointment, the operator over the control socket, the house by its
 * own rules (filters).
 */
export type Actor =
  | { readonly kind: 'broadcaster' }
  | {
      readonly kind: 'moderator';
      /** `Moderator.id`. */
      readonly moderatorId: number;
      /** How staff know them. */
      readonly label: string;
      readonly viewerId: string;
    }
  | { readonly kind: 'operator' }
  | { readonly kind: 'house' };

/** Whether nobody but the broadcaster and the operator may touch what this actor has done to somebody. */
export function isOwner({ kind }: Pick<Actor, 'kind'>): boolean {
  return kind === 'broadcaster' || kind === 'operator';
}
