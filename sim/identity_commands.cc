#include "sim/command_families.h"

namespace smsweb::sim {

Reply Manufacturer(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.identity.manufacturer; });
}

Reply Model(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.identity.model; });
}

Reply Revision(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.identity.revision; });
}

Reply Imei(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.imei; });
}

Reply Imsi(ModemState& state, const AtCommand& command) {
  return TellOnly(command, [&] { return state.Imsi(); });
}

Reply Capabilities(ModemState&, const AtCommand& command) {
  return TellOnly(command, [] { return std::string("+GCAP: +CGSM"); });
}

}  // namespace smsweb::sim
