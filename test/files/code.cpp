#include <string>

namespace kestrel {

class Station {
 public:
  explicit Station(std::string name) : name_(std::move(name)) {}
  std::string read() const {
    return name_;
  }

 private:
  std::string name_;
};

std::string describe(const Station& station) {
  return station.read();
}

}  // namespace kestrel
