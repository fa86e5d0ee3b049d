import { parleyPlugin } from '@parley/vue';
import { createApp } from 'vue';
import { useParley } from '../core/parley.ts';
import '../core/styles/index.css';
import { applyTheme } from '../core/theme.ts';
import { registerWorker } from '../offline/register.ts';
import App from './App.vue';
import { router } from './router.ts';

applyTheme();
registerWorker((path) => router.push(path));
createApp(App).use(parleyPlugin, useParley()).use(router).mount('#app');
