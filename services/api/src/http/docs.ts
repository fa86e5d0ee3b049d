import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { asyncApi } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import { createDocument } from '../openapi/document.ts';
import type { App } from './operation.ts';

/**
 * Adds three paths: `/openapi.json`, `/asyncapi.json`, which describes the frames of the gateways,
 * and `/docs`, a page on which people can try operations. The page loads nothing from other sites.
 */
export function addDocs(app: App, { gatewayUrls }: Pick<ApiConfig, 'gatewayUrls'>): void {
  let document: string | undefined;
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(createDocument(app, gatewayUrls));
    return c.body(document, 200, { 'content-type': 'application/json' });
  });
  const events = JSON.stringify(asyncApi('1.0.0', [...gatewayUrls]));
  app.get('/asyncapi.json', (c) => c.body(events, 200, { 'content-type': 'application/json' }));
  app.get('/docs', (c) => c.html(page, 200, { 'content-security-policy': policy }));
  app.get('/docs/start.js', (c) => c.body(start, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  for (const [file, type] of Object.entries(assets)) {
    app.get(`/docs/${file}`, async (c) => c.body(await readAsset(file), 200, { 'content-type': type }));
  }
}

const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

function readAsset(file: string): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, file), 'utf8');
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley API</title>
<redis rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start = "SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true });\n";
