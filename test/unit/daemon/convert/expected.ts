/** What an import gives, whole. */
export interface Expected {
  readonly configuration: string;
  readonly valid: boolean;
  /** `warning code path` */
  readonly findings: readonly string[];
}
