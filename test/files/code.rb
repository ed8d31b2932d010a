require 'json'

module Kestrel
  class Station
    # The name.
    def name
      @name
    end

    def read!
      JSON.parse(@name)
    end
  end
end
