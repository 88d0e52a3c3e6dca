/** The time that the screens show, once a second. One timer for all of them. */
export class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      this.now = Date.now();
    }, 1000);
  }
}
