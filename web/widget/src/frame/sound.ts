//! One soft note for a new message. Browsers allow it only after the visitor has touched the page.

let context: AudioContext | null = null;

export function softNote(): void {
  if (!(navigator as { userActivation?: UserActivation }).userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  const [tone, volume, now] = [context.createOscillator(), context.createGain(), context.currentTime];
  tone.frequency.value = 523;
  volume.gain.setValueAtTime(0.06, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(now + 0.3);
}
