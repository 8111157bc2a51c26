/** Who reads: staff also see what has been removed and what waits for them. */
export type Circle = 'everyone' | 'staff';

/** A kind of reader; what is live is rendered once for each. */
export interface Readers {
  /** A language of the catalogue. */
  readonly language: string;
  readonly circle: Circle;
}

/** Why a row is gone for everybody but staff, as far as staff are told. */
export interface Removal {
  /** Name or mark of who did it. */
  readonly by?: string;
  readonly why?: string;
}

/** How a row is to be shown. */
export interface RowSetting extends Readers {
  /** Set for a row that has been removed; such rows are rendered for staff alone. */
  readonly removal?: Removal;
}
