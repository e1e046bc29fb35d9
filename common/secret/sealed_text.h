// Texts that lie in the queue sealed: whoever has its file, a copy of it or
// what was left behind in it reads no code. XChaCha20-Poly1305 (libsodium's
// secretbox), under a key of verify.secret_file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/random.h"
#include "common/secret/key_ring.h"

namespace smsweb {

struct SealedText {
  std::string text;                // base64
  std::vector<std::uint8_t> seal;  // the key's id, and the nonce
};

SealedText SealText(std::string_view text, const SecretKey& key,
                    Random& random);

// kUnavailable: the key is not in the file; kInvalid: the text is damaged.
Result<std::string> OpenText(std::string_view text,
                             const std::vector<std::uint8_t>& seal,
                             KeyRing& keys);

}  // namespace smsweb
