import type { IconName } from './icons.ts';

/** A line of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Cannot be taken back. */
  danger?: boolean;
  act(): void;
}
