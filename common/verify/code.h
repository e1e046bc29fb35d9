// A code is derived, not kept: from the random seed of its verification, under
// a key of verify.secret_file, by HMAC-SHA-256 (RFC 2104). So it can be sent
// again and checked while it lives, and whoever has the queue, or a copy of it,
// has no code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/secret/key_ring.h"
#include "common/store/verification.h"

namespace smsweb {

// That many decimal digits, each code as likely as any other.
std::string DrawCode(Random& random, int length);

// Gives a verification its seed, from the generator, and its key.
void SeedCode(NewVerification& verification, const SecretKey& key,
              Random& random);
std::string CodeOf(const NewVerification& verification, const SecretKey& key);

// What people type: spaces and hyphens do not count. None: it is no code.
std::optional<std::string> ReadTypedCode(std::string_view typed);
// In a time that does not tell how much of it is right.
bool IsSameCode(std::string_view typed, std::string_view code);

}  // namespace smsweb
