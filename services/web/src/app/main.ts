import { createApp } from 'vue';
import App from './App.vue';
import './styles/index.css';
import { registerWorker } from '../offline/register.ts';
import { router } from './router.ts';
import { applyTheme } from './theme.ts';

applyTheme();
registerWorker((path) => router.push(path));
createApp(App).use(router).mount('#app');
