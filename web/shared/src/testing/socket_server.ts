//! A small real WebSocket server for tests: text frames over loopback, no extension.
//! Not for anything but tests: it trusts its client.

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** RFC 6455, section 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One client's connection, as the server sees it. */
export class Peer {
  #frames: unknown[] = [];
  #wanted: ((frame: unknown) => void)[] = [];
  #rest = Buffer.alloc(0);

  constructor(readonly stream: Duplex) {
    stream.on('error', () => {});
    stream.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  /** The next frame that the client sent, parsed. */
  hears(): Promise<unknown> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#wanted.push(resolve));
  }

  says(frame: unknown): void {
    const payload = Buffer.from(JSON.stringify(frame));
    const head =
      payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
    this.stream.write(Buffer.concat([head, payload]));
  }

  /** The cable is pulled: no goodbye. */
  vanishes(): void {
    this.stream.destroy();
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 6) {
      const opcode = (this.#rest[0] ?? 0) & 15;
      const short = (this.#rest[1] ?? 0) & 127;
      const at = short === 126 ? 4 : 2;
      const length = short === 126 ? this.#rest.readUInt16BE(2) : short;
      if (this.#rest.length < at + 4 + length) return;
      const key = this.#rest.subarray(at, at + 4);
      const payload = Buffer.from(this.#rest.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ (key[i % 4] ?? 0)));
      this.#rest = this.#rest.subarray(at + 4 + length);
      if (opcode === 1) this.#heard(JSON.parse(payload.toString()));
      if (opcode === 8) this.stream.end(Buffer.from([0x88, 0]));
    }
  }

  #heard(frame: unknown): void {
    const wanted = this.#wanted.shift();
    if (wanted === undefined) this.#frames.push(frame);
    else wanted(frame);
  }
}

export class SocketServer {
  #server: Server;
  #peers: Peer[] = [];
  #wanted: ((peer: Peer) => void)[] = [];
  #streams = new Set<Duplex>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('upgrade', (request, stream) => {
      this.#streams.add(stream);
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${ACCEPT_SUFFIX}`).digest('base64');
      stream.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      const peer = new Peer(stream);
      const wanted = this.#wanted.shift();
      if (wanted === undefined) this.#peers.push(peer);
      else wanted(peer);
    });
  }

  static async start(): Promise<SocketServer> {
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SocketServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/live`;
  }

  /** The next client to connect. */
  meets(): Promise<Peer> {
    const peer = this.#peers.shift();
    if (peer !== undefined) return Promise.resolve(peer);
    return new Promise((resolve) => this.#wanted.push(resolve));
  }

  stop(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#server.close();
  }
}
