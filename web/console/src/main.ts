import { mount } from 'svelte';
import App from './App.svelte';
import './look/tokens.css';
import './look/base.css';

const target = document.getElementById('console');
if (target !== null) mount(App, { target });
