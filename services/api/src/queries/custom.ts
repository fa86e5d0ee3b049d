import type { Custom } from '@parley/protocol';

/** Returns a row without `custom` if it is null, because results omit missing fields. */
export function omitNullCustom<Row extends WithColumn>({ custom, ...row }: Row): WithField<Row> {
  return custom === null ? row : { ...row, custom };
}

/** Returns `custom` in the form of its column. Undefined leaves the column as it is. */
export function toColumn(custom: Custom | null | undefined): string | null | undefined {
  return custom ? JSON.stringify(custom) : custom;
}

interface WithColumn {
  custom: Custom | null;
}

type WithField<Row extends WithColumn> = Omit<Row, 'custom'> & { custom?: Custom };
