export * from './database.ts';
export * from './receiver.ts';
