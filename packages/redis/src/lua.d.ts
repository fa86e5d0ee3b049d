/** Importing a Lua file returns its content as a string. */
declare module '*.lua' {
  const source: string;
  export default source;
}
