// The phone's half of concatenation (3GPP TS 23.040 § 9.2.3.24.1): parts with
// the same modem, recipient, reference and count make one message when all of
// them are there, in whatever order they came. Pure.
//
// A part that comes again stands in its own place; one that says something
// else there means that the older message will not be completed, and starts a
// new one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/pdu/submit.h"
#include "sim/instant.h"

namespace smsweb::sim {

struct Reassembled {
  std::string text;
  Instant first_at;  // AT+CMGS of the part that came first
};

class Reassembly {
 public:
  // The whole message, if this part was what it lacked. `part` is
  // concatenated.
  std::optional<Reassembled> Add(std::string_view modem, const Submit& part,
                                 const Instant& cmgs_at);

 private:
  struct Part {
    TextCoding coding;
    std::vector<std::uint8_t> units;
    Instant at{};
    bool SaysTheSame(const Part& other) const {
      return coding == other.coding && units == other.units;
    }
  };
  using Parts = std::map<std::uint8_t, Part>;
  struct Assembly {
    Parts open;
    Parts last;  // the last complete one: a repeat of its parts is no news
  };
  using Key = std::tuple<std::string, std::string, std::uint16_t, std::uint8_t>;

  static void Put(Assembly& assembly, std::uint8_t number, Part part);
  static bool OnlyRepeats(const Assembly& assembly);
  static Reassembled Join(const Parts& parts);

  std::map<Key, Assembly> assemblies_;
};

}  // namespace smsweb::sim
