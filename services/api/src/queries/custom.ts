import type { Custom } from '@parley/protocol';

/** Returns a row without `custom` if it is null, because results omit fields without a value. */
export function omitNullCustom<Row extends WithColumn>({ custom, ...row }: Row): WithField<Row> {
  return custom === null ? row : { ...row, custom };
}

/** Converts custom data to the value of a column. Undefined leaves the column unchanged. */
export function toColumn(custom: Custom | null | undefined): string | null | undefined {
  return custom ? JSON.stringify(custom) : custom;
}

interface WithColumn {
  custom: Custom | null;
}

type WithField<Row extends WithColumn> = Omit<Row, 'custom'> & { custom?: Custom };
