import { createApp } from 'vue';
import '../core/styles/index.css';
import { applyTheme } from '../core/theme.ts';
import { registerWorker } from '../offline/register.ts';
import App from './App.vue';
import { router } from './router.ts';

applyTheme();
registerWorker((path) => router.push(path));
createApp(App).use(router).mount('#app');
