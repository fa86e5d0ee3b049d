import { getServerImport } from './get.ts';
import { importHistory } from './import-history.ts';
import { listServerImports } from './list.ts';

export const serverImports = [importHistory, listServerImports, getServerImport];
