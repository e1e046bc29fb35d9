// A bounds-checked cursor over octets: the one way in which this library reads
// binary input. A read gives what was asked for, or nothing and stays put.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace smsweb {

class OctetCursor {
 public:
  explicit OctetCursor(std::span<const std::uint8_t> octets)
      : octets_(octets) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return octets_.size() - position_; }

  std::optional<std::uint8_t> Take() {
    if (remaining() == 0) return std::nullopt;
    return octets_[position_++];
  }

  // The next `count` octets, as a view into the input.
  std::optional<std::span<const std::uint8_t>> Take(std::size_t count) {
    if (count > remaining()) return std::nullopt;
    const auto taken = octets_.subspan(position_, count);
    position_ += count;
    return taken;
  }

 private:
  std::span<const std::uint8_t> octets_;
  std::size_t position_ = 0;
};

}  // namespace smsweb
