#include "bench/report/files.h"

#include <fstream>
#include <sstream>

namespace smsweb::bench {

std::string ReadWhole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Result<void> WriteWhole(const std::filesystem::path& file,
                        const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return Fail(ErrorKind::kUnavailable,
              file.string() +
                  ": can't be written: may the folder be written "
                  "to, is the disk full?");
}

}  // namespace smsweb::bench
