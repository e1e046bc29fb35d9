// Randomness, passed in from main(). Tests pass a seeded generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace smsweb {

class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<std::uint8_t> bytes) = 0;
};

// libsodium's generator: for ids, codes and keys. Safe from several threads.
class SystemRandom final : public Random {
 public:
  SystemRandom();  // ends the process if the system has no randomness
  void Fill(std::span<std::uint8_t> bytes) override;
};

// Repeatable, for tests. Not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace smsweb
