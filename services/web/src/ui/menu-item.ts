import type { IconName } from './icons.ts';

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** The action cannot be undone. It is separated from the others and shown in red. */
  danger?: boolean;
  act(): void;
}
