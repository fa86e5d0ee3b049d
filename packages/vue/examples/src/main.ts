import { Parley } from '@parley/client';
import { parleyPlugin } from '@parley/vue';
import { createApp } from 'vue';
import App from './App.vue';

createApp(App)
  .use(parleyPlugin, new Parley({ api: location.origin }))
  .mount('#app');
