// Writes the type declarations of a published package so that they import no private package.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const PROTOCOL = '@parley/protocol';

/**
 * Writes a declaration file for each source of a published package, and one file with the
 * protocol's types that these sources use. Does not check types: `npm run check` does.
 *
 * @param ts the TypeScript compiler
 * @param root folder of the package
 * @param entries maps the name of each module in `dist` to its source file
 * @throws Error if a source is invalid
 */
export function writeTypes(ts, { root, entries, dist }) {
  const src = join(root, 'src');
  const options = readOptions(ts, root);
  const program = ts.createProgram(Object.values(entries), {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true,
    outDir: dist,
    rootDir: src,
  });
  const named = new Set();
  const typesOf = (path) => join(dist, path).replace(/\.ts$/, '.d.ts');
  const moved = new Map(
    Object.entries(entries).map(([to, entry]) => [typesOf(relative(src, entry)), typesOf(`${to}.ts`)]),
  );
  const write = (file, text) => {
    // Skips sources of other packages that this package imports.
    if (relative(dist, file).startsWith('..')) return;
    const target = moved.get(file) ?? file;
    const up = (path) =>
      relative(dirname(target), path)
        .replaceAll('\\', '/')
        .replace(/^(?!\.)/, './');
    const made = text.replace(
      /(import|export)( type)? \{([^}]*)\} from '([^']*)'/g,
      (all, word, type = '', names, from) => {
        if (from !== PROTOCOL && !from.startsWith('.')) return all;
        if (from !== PROTOCOL) {
          const types = resolve(dirname(file), from).replace(/\.ts$/, '.d.ts');
          return `${word}${type} {${names}} from '${up(moved.get(types) ?? types).replace(/\.d\.ts$/, '.js')}'`;
        }
        // An import of `Name as Other` needs the type `Name`.
        for (const [, name] of names.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g)) named.add(name);
        return `${word} type {${names}} from '${up(join(dist, 'protocol.js'))}'`;
      },
    );
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, made);
  };
  const { diagnostics } = program.emit(undefined, write);
  check(ts, root, diagnostics);
  if (named.size > 0) writeFileSync(join(dist, 'protocol.d.ts'), flatten(ts, root, options, [...named].sort()));
}

/**
 * Returns declarations of the types that the protocol derives from zod schemas. The types are
 * written out in full, so that they need no zod.
 */
function flatten(ts, root, options, names) {
  const expand =
    'type Full<T> = T extends readonly (infer E)[] ? Full<E>[] : T extends object ? { [K in keyof T]: Full<T[K]> } : T;';
  const text = [
    `import type * as protocol from '${PROTOCOL}';`,
    expand,
    ...names.map((name) => `export type ${name} = Full<protocol.${name}>;`),
  ].join('\n');
  const file = join(root, 'src/protocol.flat.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...more) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile(name, ...more);
  const program = ts.createProgram([file], options, host);
  check(ts, root, program.getSemanticDiagnostics(program.getSourceFile(file)));
  const checker = program.getTypeChecker();
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  const types = program
    .getSourceFile(file)
    .statements.filter((each) => ts.isTypeAliasDeclaration(each) && each.modifiers);
  return types
    .map(
      (each) =>
        `export type ${each.name.text} = ${checker.typeToString(checker.getTypeAtLocation(each), undefined, flags)};\n`,
    )
    .join('');
}

function readOptions(ts, root) {
  const { config } = ts.readConfigFile(join(root, '../../tsconfig.base.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, join(root, '../..')).options;
}

function check(ts, root, diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  throw new Error(ts.formatDiagnostics(diagnostics, host));
}
