// API keys: "smsweb_" and 32 random bytes in base64url (RFC 4648 § 5, without
// padding). They are shown once, when they are made; a digest is kept. There is
// nothing to guess in 256 random bits, so that the digest needs no salt and no
// slowness.
#pragma once

#include <string>
#include <string_view>

#include "common/base/digest.h"
#include "common/base/random.h"

namespace smsweb {

std::string MakeApiKey(Random& random);
bool LooksLikeApiKey(std::string_view text);
Digest256 ApiKeyDigest(std::string_view key);

}  // namespace smsweb
