export * from './database.ts';
export * from './receiver.ts';
export * from './stack.ts';
