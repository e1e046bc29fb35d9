#include "common/base/random.h"

#include <sodium.h>

#include <stdexcept>

namespace smsweb {

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't start");
}

void SystemRandom::Fill(std::span<std::uint8_t> bytes) {
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace smsweb
