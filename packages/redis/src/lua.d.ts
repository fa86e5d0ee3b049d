/** A Lua file imports as its text. */
declare module '*.lua' {
  const source: string;
  export default source;
}
