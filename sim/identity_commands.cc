#include <string>

#include "sim/command_families.h"

namespace smsweb::sim {

Reply Manufacturer(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("smsweb"); });
}

Reply Model(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("smsweb-sim"); });
}

Reply Revision(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("1.0"); });
}

Reply Imei(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.Imei(); });
}

Reply Imsi(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.Imsi(); });
}

Reply Capabilities(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("+GCAP: +CGSM"); });
}

}  // namespace smsweb::sim
