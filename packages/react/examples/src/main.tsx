import { Parley } from '@parley/client';
import { ParleyProvider } from '@parley/react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const parley = new Parley({ api: location.origin });

createRoot(document.getElementById('app') as HTMLElement).render(
  <ParleyProvider client={parley}>
    <App />
  </ParleyProvider>,
);
