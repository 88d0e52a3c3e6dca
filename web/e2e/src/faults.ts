//! Servers that are there and not as they should be.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { connect, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

import { program, Server } from './servers.ts';

/** What a story stops at its end. */
export interface Fault {
  readonly port: number;
  stop(): Promise<void>;
}

function listening(server: NetServer): Promise<Fault> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, stop: () => new Promise((stopped) => server.close(() => stopped())) });
    });
  });
}

/** Written by what moto brings along: an authority, and a certificate for `localhost` that was good until then. */
const CERTIFICATES = `
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec
place, until = sys.argv[1], datetime.datetime.fromisoformat(sys.argv[2])
name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
def signed(subject, key, until, extension):
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name('root')).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(datetime.datetime(1990, 1, 1)).not_valid_after(until)
        .add_extension(extension, False).sign(root, hashes.SHA256()))
ca = signed('root', root, datetime.datetime(2200, 1, 1), x509.BasicConstraints(True, None))
own = signed('localhost', leaf, until, x509.SubjectAlternativeName([x509.DNSName('localhost')]))
pem = s.Encoding.PEM
open(place + '/ca.pem', 'wb').write(ca.public_bytes(pem))
open(place + '/leaf.pem', 'wb').write(own.public_bytes(pem))
open(place + '/leaf.key', 'wb').write(leaf.private_bytes(pem, s.PrivateFormat.PKCS8, s.NoEncryption()))
`;

/** Speaks TLS before a server, under a certificate that was good until a day. */
export async function tlsBefore(port: number, until: string): Promise<Fault & { authority: string }> {
  const place = mkdtempSync(join(tmpdir(), 'sotto-tls-'));
  execFileSync(program('python', 'moto-5.2.5/bin/python'), ['-c', CERTIFICATES, place, until], { stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(place, file), 'utf8');
  const front = createTlsServer({ cert: read('leaf.pem'), key: read('leaf.key') }, (socket) => {
    const server = connect(port, '127.0.0.1');
    socket.pipe(server).pipe(socket);
    for (const end of [socket, server]) end.on('error', () => [socket, server].forEach((one) => one.destroy()));
  });
  front.on('tlsClientError', () => undefined);
  const authority = read('ca.pem');
  rmSync(place, { recursive: true });
  return { ...(await listening(front)), authority };
}

/** No server of ours looks at the region: an answer from the S3 API reference. */
export function answers(status: number, code: string): Promise<Fault> {
  const body = `<Error><Code>${code}</Code></Error>`;
  return listening(
    createWebServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status, { 'Content-Type': 'application/xml' }).end(body));
    }),
  );
}

/** An S3 server that compares clocks, and whose own is an hour ahead. */
export async function s3AnHourAhead(bucket: string): Promise<Server> {
  const s3rver = program('s3rver', 's3rver-3.7.1/node_modules/.bin/s3rver');
  const ahead =
    'data:text/javascript,const now=Date;globalThis.Date=class extends now{constructor(...a){super(...(a.length&&a||[now.now()+36e5]))}}';
  return Server.start((port, place) => {
    mkdirSync(join(place, bucket));
    const flags = ['-d', place, '-a', '127.0.0.1', '-p', String(port), '--silent', '--no-vhost-buckets'];
    return [process.execPath, '--import', ahead, s3rver, ...flags];
  });
}
