// What a fuzz target says of its input: nothing, or that the code is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Called with each input; the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace smsweb::fuzz {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the oracle does not hold: %s\n", what);
  std::abort();
}

}  // namespace smsweb::fuzz
