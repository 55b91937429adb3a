import t from 'tap'
import { hostName } from '../../src/base/host-name.ts'

t.test('however a host is written, its name is the same', t => {
  const same: Record<string, string[]> = {
    localhost: ['localhost', 'LOCALHOST', 'localhost.', 'localhost:3000', 'LocalHost.:80', 'localhost:'],
    'example.org': ['example.org', 'Example.ORG:443', 'example.org.', 'ｅxample。org'],
    'xn--3e0b707e.xn--3e0b707e': ['한국.한국', 'xn--3e0b707e.xn--3e0b707e', 'XN--3E0B707E.XN--3E0B707E:1'],
    '127.0.0.1': ['127.0.0.1', '127.0.0.1:3000', '127.0.0.1.', '127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1'],
    '::1': ['[::1]', '[::1]:3000', '[0:0:0:0:0:0:0:1]:80', '[::0001]'],
    '2001:db8::ab': ['[2001:DB8::AB]:3000', '[2001:0db8:0:0:0:0:0:ab]'],
    '::ffff:7f00:1': ['[::ffff:127.0.0.1]:3000'],
  }
  for (const [name, written] of Object.entries(same)) for (const host of written) t.equal(hostName(host), name, host)
  t.end()
})

t.test('a string that is no host has no name', t => {
  const wrong = [
    '',
    '.',
    ':3000',
    ' localhost',
    'localhost ',
    'user@localhost',
    'localhost/',
    'localhost?x',
    'localhost#x',
    'localhost\\evil.org',
    'localhost:99999',
    'localhost:3000:1',
    'localhost:x',
    'localhost, evil.org',
    'loc%61lhost',
    '[::1',
    '::1',
    '[::1]x',
    '[fe80::1%eth0]',
    '[v1.x]',
    '256.0.0.1',
    'a'.repeat(300),
    'http://localhost',
  ]
  for (const host of wrong) t.equal(hostName(host), undefined, host)
  t.end()
})
