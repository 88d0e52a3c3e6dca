import { style } from 'virtual:style';
import { chooseLanguage } from '@sotto/shared/messages.ts';

import { App, wordsOf } from './app.ts';
import { render } from './dom.ts';
import { frame } from './frame.tsx';
import { scrolled, settle } from './talk.tsx';

async function start(): Promise<void> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];

  const wanted = [location.hash.slice(1), ...navigator.languages];
  const language = chooseLanguage(['en', 'es'], wanted);
  const app = new App(language, await wordsOf(language), wanted);
  app.onChange = () => {
    render(frame(app), document.body);
    settle(app);
  };
  addEventListener('scroll', () => scrolled(app), true);
  await app.load();
}

void start();
