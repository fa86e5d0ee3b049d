// Builds the published package into dist/ or another folder: `node bin/build.mjs [folder]`. Writes
// three JavaScript modules, and types that need no other package.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build as bundle, stop } from 'esbuild';
import { minify } from 'terser';
import ts from 'typescript';
import { entries } from './entries.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const src = join(root, 'src');

/** Builds into a folder, which is replaced. @throws Error if a source is invalid */
export async function build(dist = join(root, 'dist')) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const [name, entry] of Object.entries(entries)) {
    const { code, map } = await script(entry);
    writeFileSync(join(dist, `${name}.js`), `${code}\n//# sourceMappingURL=${name}.js.map\n`);
    writeFileSync(join(dist, `${name}.js.map`), map);
  }
  writeTypes(dist);
}

/** Imports `ParleyError` from the main module, so that there is one class of errors. */
const errorsOfIndex = {
  name: 'errors-of-index',
  setup: ({ onResolve }) => onResolve({ filter: /\/error\.ts$/ }, () => ({ path: './index.js', external: true })),
};

/** Bundles a module. Returns its code, its source map and the files in it. */
export async function script(entry) {
  const { outputFiles, metafile } = await bundle({
    entryPoints: [entry],
    outfile: 'out.js',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    sourcemap: 'external',
    write: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: entry === entries.index ? [] : [errorsOfIndex],
  });
  await stop();
  const [map, code] = outputFiles.map(({ text }) => text);
  // esbuild and terser together save 300 bytes, gzipped, over either of them.
  const small = await minify(code, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, inline: 1, unsafe_arrows: true },
    sourceMap: { content: map },
  });
  return { code: small.code, map: small.map, inputs: Object.keys(metafile.inputs) };
}

/**
 * Writes a declaration file for each source, and one for the types of the protocol that they use.
 * Does not check types: `npm run check` does.
 */
function writeTypes(dist) {
  const program = ts.createProgram(Object.values(entries), {
    ...options(),
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
    const target = moved.get(file) ?? file;
    const up = (path) =>
      relative(dirname(target), path)
        .replaceAll('\\', '/')
        .replace(/^(?!\.)/, './');
    const made = text.replace(
      /(import|export)( type)? \{([^}]*)\} from '([^']*)'/g,
      (_, word, type = '', names, from) => {
        if (from !== '@parley/protocol')
          return `${word}${type} {${names}} from '${up(resolve(dirname(file), from)).replace(/\.ts$/, '.js')}'`;
        // `Name as Other` needs `Name` only.
        for (const [, name] of names.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g)) named.add(name);
        return `${word} type {${names}} from '${up(join(dist, 'protocol.js'))}'`;
      },
    );
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, made);
  };
  const { diagnostics } = program.emit(undefined, write);
  check(diagnostics);
  writeFileSync(join(dist, 'protocol.d.ts'), flatten([...named].sort()));
}

/** Returns types of the protocol without zod, from whose schemas the protocol derives them. */
function flatten(names) {
  const expand =
    'type Full<T> = T extends readonly (infer E)[] ? Full<E>[] : T extends object ? { [K in keyof T]: Full<T[K]> } : T;';
  const text = [
    "import type * as protocol from '@parley/protocol';",
    expand,
    ...names.map((name) => `export type ${name} = Full<protocol.${name}>;`),
  ].join('\n');
  const file = join(src, 'protocol.flat.ts');
  const host = ts.createCompilerHost(options());
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...more) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile(name, ...more);
  const program = ts.createProgram([file], options(), host);
  check(program.getSemanticDiagnostics(program.getSourceFile(file)));
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

function options() {
  const { config } = ts.readConfigFile(join(root, '../../tsconfig.base.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, join(root, '../..')).options;
}

function check(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  throw new Error(ts.formatDiagnostics(diagnostics, host));
}

if (argv[1] === fileURLToPath(import.meta.url)) await build(argv[2]);
