// A lane: which modems may send a message. Each queued message is in one, and a
// modem takes from the lanes that it serves, so that messages which wait for
// one modem are not in the way of those for another.
//
//   ""        the modems of the default group
//   "G"       the modems of group G
//   "G~SIM"   the modem of group G that has this SIM (IMSI), since the
//             recipient knows it by that number; any of G where it is out of
//             order
//   "G@M"     modem M of group G, through which the first parts have gone
//   "=M"      modem M and no other, because the sender or a route said so
//
// The names of groups and modems have no '~', '@' or '='.
#pragma once

#include <string>
#include <string_view>

namespace smsweb {

struct Lane {
  enum class Kind { kGroup, kSim, kBegun, kModem } kind = Kind::kGroup;
  std::string group;  // but for kModem
  std::string name;   // a SIM or a modem
};

Lane ParseLane(std::string_view text);

std::string GroupLane(std::string_view group);
std::string SimLane(std::string_view group, std::string_view sim);
std::string BegunLane(std::string_view group, std::string_view modem);
std::string ModemLane(std::string_view modem);

}  // namespace smsweb
