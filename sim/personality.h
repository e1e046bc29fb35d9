// Modems that the simulator can pretend to be: what they say of themselves and
// at their start, and their quirks as a script. Each row names its source
// (personality.cc); where there is none, nothing is pretended.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smsweb::sim {

struct Personality {
  std::string name;
  std::string manufacturer;
  std::string model;
  std::string revision;
  std::vector<std::string> boot_lines;
  std::string script = {};
  std::string unknown_command = "ERROR";  // its answer
  bool packed_ussd = false;  // of +CUSD: septets, packed, in hexadecimal digits
};

// Nothing, where there is none of that name.
const Personality* FindPersonality(std::string_view name);

// "generic, sim800, ...".
std::string PersonalityNames();

}  // namespace smsweb::sim
