import { render } from 'preact';

import { App } from './app.ts';
import { Frame } from './frame.tsx';

const app = new App();
app.onChange = () => render(<Frame app={app} />, document.body);
app.onChange();
void app.load();
