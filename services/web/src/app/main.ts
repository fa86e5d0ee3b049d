import { createApp } from 'vue';
import App from './App.vue';
import './styles/index.css';
import { router } from './router.ts';
import { applyTheme } from './theme.ts';

applyTheme();
createApp(App).use(router).mount('#app');
