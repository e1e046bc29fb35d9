// The states of a modem and what may follow what: one table, in the order in
// which a modem goes through them. ModemMachine refuses everything else.
#pragma once

#include "common/modem/modem.h"

namespace smsweb {

bool MayFollow(ModemState from, ModemState to);

}  // namespace smsweb
